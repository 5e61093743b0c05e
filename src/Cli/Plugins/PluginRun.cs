using Wharf.Linux;

namespace Wharf.Cli.Plugins;

/// <summary>Becomes a plugin: the program gets the whole command line, and signals, terminal and exit code are its own.</summary>
internal static class PluginRun
{
    private const string OriginalCommand = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

    /// <summary>Returns only by an exception.</summary>
    /// <exception cref="SyscallException">The program cannot be executed.</exception>
    internal static void Become(CliPlugin plugin, IReadOnlyList<string> words)
    {
        using var arguments = new NativeStrings([plugin.Path, .. words]);
        using var environment = new NativeStrings(
        [
            .. CurrentProcess.Environment().Where(variable => !variable.StartsWith(OriginalCommand + "=", StringComparison.Ordinal)),
            $"{OriginalCommand}={Environment.GetCommandLineArgs()[0]}",
        ]);
        CurrentProcess.ResetSignals();
        CurrentProcess.UnblockSignals();
        CurrentProcess.Execute(plugin.Path, arguments, environment);
    }
}
