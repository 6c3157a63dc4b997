"""journal: the durable queue between the door and the store. Append is fsynced before it returns; what is read stays until it is acked."""
