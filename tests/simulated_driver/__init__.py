"""A simulated NVIDIA driver library: the real ABI, loaded by the real binding, playing a test's scenario."""
