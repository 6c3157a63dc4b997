"""The cost of a recorded call on the caller's thread, and what faults of the server cost: this client and its peers.

`python -m benchmarks.sdk.run` makes one virtual environment a peer (outside the repository), runs every measurement in
a process of its own, and writes `README.md` beside this file.
"""
