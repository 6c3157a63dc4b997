"""The bench to work on prompts: panes that ask models, runs of panes over cases, and replays of what was recorded.

It knows neither prompts nor data sets nor jobs: what it needs of them are Protocols in `ports`, which `app` wires.
"""
