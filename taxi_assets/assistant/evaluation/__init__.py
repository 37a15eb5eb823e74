"""How well the assistant does: questions with known facts, and questions without an answer."""
