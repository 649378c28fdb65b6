"""The careful measurement: pairs of presets, launched afresh in each sharing mode, by a process of its own."""
