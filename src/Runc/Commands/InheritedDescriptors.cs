using System.Globalization;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Descriptors from 3 on that the container's process keeps: those of socket activation, sd_listen_fds(3), then those of --preserve-fds.</summary>
internal sealed record InheritedDescriptors(int Count, IReadOnlyList<string> Environment)
{
    internal static InheritedDescriptors Of(Arguments arguments)
    {
        int listening = Listening();
        int preserved = arguments.Number("preserve-fds");
        for (int number = 3 + listening; number < 3 + listening + preserved; number++)
        {
            if (!Files.IsOpen(number))
            {
                throw new ContainerException(string.Create(CultureInfo.InvariantCulture, $"unable to stat preserved-fd {number - 3 - listening} (of {preserved}): bad file descriptor"));
            }
        }

        return new InheritedDescriptors(listening + preserved, listening == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"LISTEN_FDS={listening}"), "LISTEN_PID=1"]);
    }

    private static int Listening() =>
        System.Environment.GetEnvironmentVariable("LISTEN_PID") == CurrentProcess.Id.ToString(CultureInfo.InvariantCulture)
        && int.TryParse(System.Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0;
}
