"""The host: opens rooms, feeds them commands, performs their effects. The first layer with I/O."""
