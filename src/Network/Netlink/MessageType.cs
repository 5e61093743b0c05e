namespace Wharf.Network.Netlink;

/// <summary>What a message is: include/uapi/linux/netlink.h and rtnetlink.h.</summary>
internal enum MessageType : ushort
{
    Error = 2,
    Done = 3,
    NewLink = 16,
    DeleteLink = 17,
    GetLink = 18,
    SetLink = 19,
    NewAddress = 20,
    DeleteAddress = 21,
    GetAddress = 22,
    NewRoute = 24,
    DeleteRoute = 25,
    GetRoute = 26,
    NewNeighbour = 28,
}
