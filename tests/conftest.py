"""For all tests: generated examples are judged by what they show, not by how long a busy machine took over one of them."""

from hypothesis import settings

settings.register_profile("pellucid", deadline=None)
settings.load_profile("pellucid")
