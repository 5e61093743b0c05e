using System.Globalization;
using System.Text;
using Wharf.Ttrpc;

namespace Wharf.Shim.Bootstrap;

/// <summary>What "start" prints, in the form that its caller reads.</summary>
internal static class BootstrapAnswer
{
    private const uint Newest = 3;

    internal static byte[] Of(BootstrapParameters parameters, string address)
    {
        if (parameters.IsMessage)
        {
            return new ProtoWriter().Number(1, Newest).Text(2, address).Text(3, "ttrpc").ToArray();
        }

        // containerd from 1.7 on names its gRPC socket in the environment, and the newest version that it takes; 1.6 takes an address alone.
        if (Environment.GetEnvironmentVariable("GRPC_ADDRESS") is null)
        {
            return Encoding.UTF8.GetBytes(address);
        }

        uint most = uint.TryParse(Environment.GetEnvironmentVariable("MAX_SHIM_VERSION"), NumberStyles.None, CultureInfo.InvariantCulture, out uint given) ? given : 2;
        uint version = Math.Clamp(parameters.Settings.TaskApiVersion is 2 or 3 ? parameters.Settings.TaskApiVersion : most, 2, Newest);

        // The address is of letters, digits and slashes, or a path that the caller gave.
        string quoted = System.Text.Json.JsonEncodedText.Encode(address, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"version\":{version},\"address\":\"{quoted}\",\"protocol\":\"ttrpc\"}}"));
    }
}
