"""The process that owns a run: launches the workers, samples the device, decides, reports."""
