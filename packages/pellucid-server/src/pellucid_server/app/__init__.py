"""app: the composition root. Settings come in, the wired house goes out; nothing below knows how it is wired. The CLI lives here too."""
