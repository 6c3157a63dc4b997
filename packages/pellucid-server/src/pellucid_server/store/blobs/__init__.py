"""store.blobs: media and oversized texts by the hash of their content, in a folder or an object store."""
