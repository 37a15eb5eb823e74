"""Google Gemini: what is asked of it, what that costs, and what its refusals mean."""
