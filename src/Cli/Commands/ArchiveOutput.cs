using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>An archive to standard output, or to a file that is there only when it is complete.</summary>
internal static class ArchiveOutput
{
    internal static int Copy(Invocation call, Func<EngineResponse> request)
    {
        byte[] buffer = new byte[64 * 1024];
        string path = call.Flags.Text("output");
        if (path.Length == 0)
        {
            if (call.Session.Output.IsTerminal)
            {
                throw new CommandException("cowardly refusing to save to a terminal. Use the -o flag or redirect");
            }

            using EngineResponse answer = request();
            for (int count = answer.Body.Read(buffer); count > 0; count = answer.Body.Read(buffer))
            {
                call.Session.Output.Bytes(buffer.AsSpan(0, count));
            }

            return 0;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"{(call.Command.Paths.Contains("export") ? "failed to export container" : "failed to save image")}: invalid output path: directory \"{folder}\" does not exist");
        }

        if (Directory.Exists(path))
        {
            throw new CommandException($"failed to save image: open \"{path}\": is a directory");
        }

        string partial = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        try
        {
            using (EngineResponse answer = request())
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                for (int count = answer.Body.Read(buffer); count > 0; count = answer.Body.Read(buffer))
                {
                    file.Write(buffer, 0, count);
                }
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }

        return 0;
    }
}
