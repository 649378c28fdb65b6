"""What the device says: NVML on a GPU, the operating system on a CPU, behind one small protocol."""
