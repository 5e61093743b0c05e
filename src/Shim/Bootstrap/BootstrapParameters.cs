using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim.Bootstrap;

/// <summary>
/// What "start" is given besides its flags. Since containerd 2.3 that is containerd.runtime.bootstrap.v1.BootstrapParams on
/// stdin; before, the runtime's options alone, or nothing.
/// </summary>
internal sealed record BootstrapParameters
{
    private const int InputLimit = 10 << 20;

    /// <summary>The caller speaks the protocol of 2.3: it wants a message for an answer.</summary>
    internal bool IsMessage { get; private set; }

    internal RuntimeSettings Settings { get; private set; } = new();

    /// <summary>Where the socket goes; empty for the usual folder.</summary>
    internal string SocketFolder { get; private set; } = "";

    /// <summary>As "-address" and TTRPC_ADDRESS, which may stay away.</summary>
    internal string Address { get; private set; } = "";

    internal string EventAddress { get; private set; } = "";

    internal static BootstrapParameters Read(ShimOptions options)
    {
        byte[] input = ReadInput();
        try
        {
            return Decode(input, options) ?? new BootstrapParameters { Settings = RuntimeSettings.Decode(AnyMessage.Decode(input)) };
        }
        catch (TtrpcException)
        {
            // Neither of the two: a caller from before both.
            return new BootstrapParameters();
        }
    }

    /// <summary>Null when it is the older form: an Any has a type and a value where these have an id and a namespace.</summary>
    internal static BootstrapParameters? Decode(byte[] input, ShimOptions options)
    {
        var parameters = new BootstrapParameters { IsMessage = true };
        string id = "", scope = "";
        var reader = new ProtoReader(input);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: id = reader.Text; break;
                case 2: scope = reader.Text; break;
                case 5: parameters.EventAddress = reader.Text; break;
                case 6: parameters.Address = reader.Text; break;
                case 8: parameters.ReadExtension(reader.Bytes); break;
                case 9: parameters.SocketFolder = reader.Text; break;
            }
        }

        return input.Length > 0 && id == options.Id && scope == options.Namespace ? parameters : null;
    }

    private void ReadExtension(ReadOnlySpan<byte> extension)
    {
        var reader = new ProtoReader(extension);
        while (reader.Next())
        {
            AnyMessage any = reader.Field == 1 ? AnyMessage.Decode(reader.Bytes) : default;
            if (any.Type is not null && any.Is(RuntimeSettings.Type))
            {
                Settings = RuntimeSettings.Decode(any);
            }
        }
    }

    private static byte[] ReadInput()
    {
        using var stdin = new FileDescriptor(0, ownsHandle: false);
        if (Terminal.Size(stdin) is not null)
        {
            // Started by a person, who types no messages.
            return [];
        }

        byte[] input = Files.ReadToEnd(stdin, "stdin", InputLimit + 1);
        return input.Length <= InputLimit ? input : throw new ShimException($"stdin: more than {InputLimit} bytes");
    }
}
