"""Prompts as deployable artefacts: immutable versions, labels that are moved and rolled back, rollouts, what is live, and drift.

Templates are data here: `{{variable}}` is replaced by a value, `{{>name@label}}` by another prompt, and nothing is ever evaluated.
Calls of models, HTTP and SQL are not known here.
"""
