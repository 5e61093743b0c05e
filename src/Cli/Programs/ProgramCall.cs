using System.Text;
using Wharf.Linux;

namespace Wharf.Cli.Programs;

/// <summary>A program that is asked one thing: it reads its standard input to the end and answers on its standard output.</summary>
internal static class ProgramCall
{
    private const int LongestAnswer = 16 * 1024 * 1024;

    /// <summary>Its exit code and its output; its complaints go to our own standard error unless they are kept from it.</summary>
    /// <exception cref="SyscallException">It cannot be started.</exception>
    internal static (int Code, string Output) Run(string path, IReadOnlyList<string> arguments, string input = "", bool silent = true, IReadOnlyList<string>? environment = null)
    {
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using FileDescriptor answer = read;
        using FileDescriptor question = Files.InMemory("question");
        using var error = new FileDescriptor(2, ownsHandle: false);
        Files.Write(question, Encoding.UTF8.GetBytes(input), path);
        using FileDescriptor toRead = Files.Reopen(question, OpenFlags.ReadOnly, path);
        ChildProcess child;
        using (write)
        {
            child = Spawner.Start(new SpawnRequest
            {
                Path = path,
                Arguments = [path, .. arguments],
                Environment = environment,
                Descriptors = silent ? [(toRead, 0), (write, 1)] : [(toRead, 0), (write, 1), (error, 2)],
            });
        }

        using (child)
        {
            string output = Encoding.UTF8.GetString(Files.ReadToEnd(answer, path, LongestAnswer));
            return (child.Wait().Code, output);
        }
    }
}
