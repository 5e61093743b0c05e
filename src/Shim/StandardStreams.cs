using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>What a process gets for 0, 1 and 2; null for /dev/null.</summary>
internal sealed record StandardStreams(FileDescriptor? Input, FileDescriptor? Output, FileDescriptor? Error)
{
    internal IReadOnlyList<(FileDescriptor From, int To)> Descriptors()
    {
        var descriptors = new List<(FileDescriptor, int)>(3);
        if (Input is not null)
        {
            descriptors.Add((Input, 0));
        }

        if (Output is not null)
        {
            descriptors.Add((Output, 1));
        }

        if (Error is not null)
        {
            descriptors.Add((Error, 2));
        }

        return descriptors;
    }
}
