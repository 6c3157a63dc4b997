"""The doors: HTTP in, HTTP out. Routes say what they demand, call one verb of a room and spell its answer; no rule lives here."""
