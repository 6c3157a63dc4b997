"""commands: one module a command of `pellucid`, imported when that command runs. Each has `run(arguments, environment) -> exit code`."""
