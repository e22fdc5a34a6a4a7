"""Benchmarks. Every figure of speed is a ratio to a bare Django view in the same run."""
