"""The owner's own entities, fields and connections: how they are read (`loading`), changed (`operations`), and the pages to draw them."""
