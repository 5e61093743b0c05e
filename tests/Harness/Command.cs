using System.Diagnostics;
using System.Text;

namespace Wharf.Harness;

/// <summary>A program run to its end, with what it printed. It is killed, with its children, when the time is over.</summary>
public sealed record Command(int ExitCode, string Output, string Error)
{
    public static Command Run(string program, params string[] arguments) => Run(program, arguments, input: null);

    public static Command Run(
        string program,
        IReadOnlyList<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        TimeSpan? timeout = null)
    {
        using Process process = Start(program, arguments, environment, workingDirectory);
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        TimeSpan limit = timeout ?? TimeSpan.FromSeconds(60);
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)}: still running after {limit}\nstdout: {output}\nstderr: {error}");
        }

        process.WaitForExit();
        return new Command(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Starts a program whose streams the caller owns; the caller ends and disposes it.</summary>
    public static Process Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program}: not started");
    }

    /// <summary>Itself when the program ended with 0; else throws with all that it printed.</summary>
    public Command Succeeds() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}\nstdout: {Output}\nstderr: {Error}");

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }
}
