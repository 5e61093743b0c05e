using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Wharf.Containerd.Rpc;

/// <summary>The services that this daemon offers, and the files that describe them.</summary>
internal sealed class ServiceFiles
{
    private readonly Dictionary<string, FileDescriptor> byName = [];

    public static IEnumerable<string> Names => ServedApi.Services.Select(service => service.FullName).Order(StringComparer.Ordinal);

    /// <summary>A file and all that it needs, the file first; null when there is none of that name.</summary>
    public IReadOnlyList<ByteString>? Named(string name) => Files().TryGetValue(name, out FileDescriptor? file) ? WithNeeded(file) : null;

    /// <summary>The same, of the file that a service, method, message or enumeration is in.</summary>
    public IReadOnlyList<ByteString>? Containing(string symbol) =>
        Files().Values.FirstOrDefault(file => Symbols(file).Contains(symbol)) is { } found ? WithNeeded(found) : null;

    private static IEnumerable<string> Symbols(FileDescriptor file) =>
    [
        .. file.Services.SelectMany(service => service.Methods.Select(method => method.FullName).Prepend(service.FullName)),
        .. file.MessageTypes.SelectMany(Symbols),
        .. file.EnumTypes.Select(type => type.FullName),
    ];

    private static IEnumerable<string> Symbols(MessageDescriptor message) =>
        [message.FullName, .. message.NestedTypes.SelectMany(Symbols), .. message.EnumTypes.Select(type => type.FullName)];

    private static ByteString[] WithNeeded(FileDescriptor file)
    {
        // Backwards, each after all that it needs.
        var files = new List<FileDescriptor>();
        void Add(FileDescriptor one)
        {
            if (!files.Contains(one))
            {
                foreach (FileDescriptor needed in one.Dependencies)
                {
                    Add(needed);
                }

                files.Add(one);
            }
        }

        Add(file);
        return [.. files.AsEnumerable().Reverse().Select(one => one.SerializedData)];
    }

    private Dictionary<string, FileDescriptor> Files()
    {
        void Add(FileDescriptor file)
        {
            if (byName.TryAdd(file.Name, file))
            {
                foreach (FileDescriptor needed in file.Dependencies)
                {
                    Add(needed);
                }
            }
        }

        // On the first question: most daemons are never asked.
        lock (byName)
        {
            if (byName.Count == 0)
            {
                foreach (ServiceDescriptor service in ServedApi.Services)
                {
                    Add(service.File);
                }
            }

            return byName;
        }
    }
}
