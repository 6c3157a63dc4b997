"""Golden sets: frozen cases with verdicts of people, on which each judge is asked again every day, so that its own drift is seen."""
