"""The bus: how the nodes of a cluster reach each other. SPEC: section BU."""
