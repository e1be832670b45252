"""Reports: what is asked (`spec`), how a field becomes groups (`dimensions`), the counting (`engine`), what is shown (`table`, `charts`)."""
