"""Who asks, and what they may do: organisations, projects, people, keys, roles. A credential becomes a `Scope` here and nowhere else.

Verbs take a `Scope` and check what a role alone cannot say (nobody grants more than they have, an organisation keeps an owner).
What a route demands is declared in `api`. HTTP, cookies and headers are not known here.
"""
