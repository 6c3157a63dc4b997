"""OpenAI Agents with a tool, recorded by its instrumentation package (openinference-instrumentation-openai-agents)."""

from agents import Agent, Runner, function_tool

import pellucid

pellucid.init(service="examples")
pellucid.instrument("openai_agents")


@function_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"It is sunny in {city}."


agent = Agent(name="Weather", instructions="Use the tool, then answer.", tools=[get_weather], model="gpt-4o")

if __name__ == "__main__":
    with pellucid.context(user_id="u-42", feature="agent"), pellucid.span("turn", "agent") as step:
        result = Runner.run_sync(agent, "What is the weather in Brest?")
        step.update(output=result.final_output)
        print(result.final_output)
