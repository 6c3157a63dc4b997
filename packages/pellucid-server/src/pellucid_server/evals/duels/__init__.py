"""Duels: two answers to one question, compared by a judge in both orders (MT-Bench, arXiv 2306.05685). `contest` says who meets whom,
`pairing` finds the meetings, `fighting` asks the judge, `standings` makes strengths of them, `running` does it as a durable run."""
