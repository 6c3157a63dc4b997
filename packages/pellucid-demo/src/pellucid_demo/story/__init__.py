"""The story: what happens to Harbour's bot over ten weeks, who talks to it, and what they think of the answers."""
