"""What imgen's output costs and gains, beside naive Dockerfiles and other generators.

`python -m benchmarks` measures, writes benchmarks/results.json and draws docs/benchmarks.md and
docs/benchmarks.svg from it.
"""
