using Wharf.Containerd;
using Wharf.Containerd.Configuration;
using Wharf.Containerd.Rpc;

try
{
    CommandLine line = OptionsReader.Read(args);
    if (line.Flags.ContainsKey("version"))
    {
        Console.WriteLine($"containerd github.com/wharf/wharf {VersionService.Number} {VersionService.Own}");
        return 0;
    }

    if (line.Flags.ContainsKey("help"))
    {
        Console.WriteLine(Usage.Text);
        return 0;
    }

    ConfigFile? file = line.Command is ["config", "default"] ? null : OptionsReader.File(line);
    foreach (string warning in file?.Warnings ?? [])
    {
        await Console.Error.WriteLineAsync($"wharf-containerd: warning: {warning}").ConfigureAwait(false);
    }

    switch (line.Command)
    {
        case []:
            await ServeCommand.RunAsync(OptionsReader.Options(line, file)).ConfigureAwait(false);
            return 0;
        case ["config", "default"]:
            Console.Write(ConfigFile.Write(new ContainerdOptions()));
            return 0;
        case ["config", "dump"]:
            Console.Write(ConfigFile.Write(OptionsReader.Options(line, file), file?.Table));
            return 0;
        case ["config", "migrate"]:
            Console.Write(file?.Migrated() ?? throw new ContainerdException(ErrorKind.NotFound, $"migrate configuration \"{ContainerdOptions.DefaultConfig}\": no such file or directory"));
            return 0;
        default:
            await Console.Error.WriteLineAsync($"wharf-containerd: unknown command \"{string.Join(' ', line.Command)}\"").ConfigureAwait(false);
            return 1;
    }
}
catch (Exception error) when (error is ContainerdException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"wharf-containerd: {error.Message}").ConfigureAwait(false);
    return 1;
}
