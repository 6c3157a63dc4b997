"""What the starter pack does with the demo's story, and with the same people when nothing goes wrong."""
