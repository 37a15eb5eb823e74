"""A server that says in plain words which arguments a call has wrong.

The SDK passes over arguments that a tool does not have, so that a misspelt one would change nothing
without a word, and tells of wrong ones in words for programmers.
"""

from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

_LONGEST_NAME = 60


class StrictServer(MCPServer):
    """Refuses calls with arguments that a tool does not have, or does not take."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool by its name.

        Raises:
            ToolError: there is no such tool, its arguments are wrong, or it failed.
        """
        known = {tool.name: tool.input_schema["properties"] for tool in await self.list_tools()}
        remedy = f"{name} takes {', '.join(known.get(name, {})) or 'no arguments'}"
        unknown = [each[:_LONGEST_NAME] for each in arguments if each not in known.get(name, {})]
        if name in known and unknown:
            raise ToolError(f"there is no argument {', '.join(unknown)}\n  What to do: {remedy}")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            wrong = "; ".join(
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}"
                for each in error.__cause__.errors(include_input=False, include_url=False)
            )
            raise ToolError(f"{wrong}\n  What to do: {remedy}") from None
