"""次の購入: what the orders of the base foretell of its customers, and what customers who bought one thing also bought (docs/purchases.md)."""
