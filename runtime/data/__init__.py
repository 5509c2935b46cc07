"""The data of applications: real tables for the models of a room. SPEC: section DA."""
