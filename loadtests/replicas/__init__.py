"""Clients that keep the document, one module a dialect: what load tests hold the server to."""
