"""decode: the only entrance to `dialects`."""

from pellucid_server.dialects.assemble import assemble, bare
from pellucid_server.dialects.read import Pass
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Span


def decode(raw: RawSpan, *, received_at: int) -> Span:
    """The canonical Span of a merged RawSpan. `received_at` is microseconds since the epoch. Never raises.

    Pure: equal spans give equal results, whatever was decoded before.
    """
    found = Pass(raw)
    try:
        found.run()
        return assemble(found, received_at=received_at)
    except Exception:  # a defect of ours must not cost anybody a span: it is kept whole and says so
        return bare(raw, received_at=received_at, flag="decode_failed:span")
