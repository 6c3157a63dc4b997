"""Pydantic AI, which instruments itself and needs only to be told."""

from pydantic_ai import Agent

import pellucid

pellucid.init(service="examples")
pellucid.instrument("pydantic_ai")

agent = Agent("openai-chat:gpt-4o", instructions="Use the tool, then answer.")


@agent.tool_plain
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"It is sunny in {city}."


if __name__ == "__main__":
    with pellucid.context(user_id="u-42", feature="agent"), pellucid.span("turn", "agent") as step:
        result = agent.run_sync("What is the weather in Brest?")
        step.update(output=result.output)
        print(result.output)
