"""The JSON of API v1: pydantic models whose names are the model's names. Nothing here decides anything."""
