"""Rules: verdicts that a machine can reach alone, from text or from the shape of a trace. One function a rule, one literal table."""
