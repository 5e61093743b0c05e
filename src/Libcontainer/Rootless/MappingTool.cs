using System.Globalization;
using System.Text;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Rootless;

/// <summary>newuidmap(1) and newgidmap(1): they give a user the ranges of /etc/subuid and /etc/subgid, which the kernel itself knows nothing of.</summary>
internal static class MappingTool
{
    internal static void Run(string name, int process, IReadOnlyList<IdMapping> mappings)
    {
        string program = Spawner.Find(name)
            ?? throw new ContainerException($"{name}: executable file not found in $PATH: without it a user can map no more than the own id");
        string[] arguments =
        [
            name, Text(process),
            .. mappings.SelectMany(mapping => new[] { Text(mapping.ContainerID), Text(mapping.HostID), Text(mapping.Size) }),
        ];
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            ChildProcess child;
            using (write)
            {
                child = Spawner.Start(new SpawnRequest { Path = program, Arguments = arguments, Descriptors = [(write, 2)] });
            }

            using (child)
            {
                string words = ReadAll(read, name);
                ExitStatus status = child.Wait();
                if (status.Code != 0)
                {
                    throw new ContainerException($"{string.Join(' ', arguments)}: {(words.Length > 0 ? words : $"exit status {status.Code}")}");
                }
            }
        }
    }

    private static string ReadAll(FileDescriptor source, string name)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[1024];
        for (int count = Files.Read(source, buffer, name); count > 0; count = Files.Read(source, buffer, name))
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString().Trim();
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
