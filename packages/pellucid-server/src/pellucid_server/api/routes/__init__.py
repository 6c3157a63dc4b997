"""One file a resource, each with `create_router()`. A route declares its demand, calls one verb and spells the answer."""
