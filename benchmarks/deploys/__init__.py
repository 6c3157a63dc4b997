"""How often a deploy that changes nothing is followed by an incident."""
