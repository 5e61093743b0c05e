using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>Finds the program to execute, as a shell does, with the error words that docker turns into 126 and 127.</summary>
internal static class ProgramPath
{
    internal static string Find(string name, IReadOnlyList<string> environment)
    {
        if (name.Length == 0)
        {
            throw new ContainerException("exec: \"\": executable file not found in $PATH");
        }

        if (name.Contains('/', StringComparison.Ordinal))
        {
            return Check(name) is { } problem ? throw new ContainerException($"exec: \"{name}\": {problem}") : name;
        }

        string? refused = null;
        foreach (string folder in (Value(environment, "PATH") ?? string.Empty).Split(':'))
        {
            string path = (folder.Length == 0 ? "." : folder.TrimEnd('/')) + "/" + name;
            string? problem = Check(path);
            if (problem is null)
            {
                return path;
            }

            if (problem == "permission denied")
            {
                refused = problem;
            }
        }

        throw new ContainerException($"exec: \"{name}\": {refused ?? "executable file not found in $PATH"}");
    }

    internal static string? Value(IReadOnlyList<string> environment, string name) =>
        environment.LastOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static string? Check(string path)
    {
        FileStatus? status;
        try
        {
            status = Files.Find(path);
        }
        catch (SyscallException error)
        {
            return ErrnoText.Of(error.Errno);
        }

        return status is not { } found ? $"stat {path}: no such file or directory"
            : found.Kind == FileKind.Directory ? "is a directory"
            : (found.Mode & 0x49) == 0 ? "permission denied"
            : Files.CannotExecute(path) is { } errno ? ErrnoText.Of(errno)
            : null;
    }
}
