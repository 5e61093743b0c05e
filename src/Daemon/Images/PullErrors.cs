using Grpc.Core;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>Failures of a pull in docker's words.</summary>
internal static class PullErrors
{
    public static EngineException Translate(Exception error, ImageReference reference) => error switch
    {
        EngineException known => known,
        RegistryException { Kind: RegistryErrorKind.Denied } => new(
            EngineErrorKind.NotFound,
            $"pull access denied for {reference.FamiliarName}, repository does not exist or may require 'docker login': {error.Message}",
            error),
        RegistryException { Kind: RegistryErrorKind.ManifestUnknown } => new(
            EngineErrorKind.NotFound,
            $"manifest for {reference.Familiar} not found: {error.Message}",
            error),
        RegistryException { Kind: RegistryErrorKind.NameUnknown } => new(
            EngineErrorKind.NotFound,
            $"repository {reference.FamiliarName} not found: {error.Message}",
            error),
        RegistryException { Kind: RegistryErrorKind.Unauthorized } => new(EngineErrorKind.Unauthorized, error.Message, error),
        RegistryException => new(EngineErrorKind.System, error.Message, error),
        ImageFormatException => new(EngineErrorKind.System, $"pull \"{reference.Familiar}\": {error.Message}", error),
        RpcException rpc => new(
            rpc.StatusCode == StatusCode.Unavailable ? EngineErrorKind.Unavailable : EngineErrorKind.System,
            $"pull \"{reference.Familiar}\": containerd: {rpc.Status.Detail}",
            error),
        _ => new(EngineErrorKind.System, $"pull \"{reference.Familiar}\": {error.Message}", error),
    };
}
