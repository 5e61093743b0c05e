namespace Wharf.Ttrpc;

/// <summary>What a message is.</summary>
public enum FrameType : byte
{
    Request = 1,
    Response = 2,
    Data = 3,
}
