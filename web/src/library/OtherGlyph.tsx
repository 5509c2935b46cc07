/** The icons that only models name: loaded with the first of them. */
import {
  Activity, Archive, ArrowLeft, ArrowRight, Award, BadgeCheck, Ban, Banknote, Barcode, Bell, Bookmark, BookOpen, Bot,
  Box, Briefcase, Bug, Building, Building2, Bus, Calculator, Calendar, CalendarCheck, CalendarDays, Camera, Car,
  ChartBar, ChartLine, ChartPie, CheckCheck, ChevronUp, Circle, CircleAlert, CircleCheck, CircleHelp, CirclePlus,
  CircleX, Clipboard, ClipboardCheck, ClipboardList, Clock, Cloud, Coins, Compass, Construction, Contact, Copy,
  CreditCard, Database, DollarSign, Download, Euro, Eye, Factory, FileCheck, FilePlus, Files, FileText, Fingerprint,
  Flag, Folder, FolderOpen, Gift, Globe, GraduationCap, Hammer, Handshake, Hash, Headphones, Heart, History, Home,
  Hospital, Hourglass, House, Inbox, Info, Key, Landmark, Languages, Laptop, Layers, LayoutDashboard, Leaf,
  Lightbulb, Link, List, ListChecks, Locate, Lock, LogOut, type LucideIcon, Mail, MapPin, Megaphone, Menu,
  MessageCircle, MessageSquare, Monitor, Moon, MoreHorizontal, Newspaper, Package, PackageCheck, PackageOpen,
  Palette, Paperclip, Pencil, Percent, Phone, PhoneCall, PiggyBank, Pill, Plane, Play, Power, Printer, Puzzle,
  QrCode, Receipt, RefreshCw, Reply, Rocket, RotateCcw, Save, Scale, Scan, School, Scissors, Send, Server, Settings,
  Share2, Shield, ShieldAlert, ShieldCheck, ShoppingBag, ShoppingCart, Smartphone, Sprout, Star, Stethoscope, Store,
  Sun, Tag, Target, Thermometer, ThumbsDown, ThumbsUp, Ticket, Timer, TriangleAlert, Trophy, Truck, Umbrella, Undo2,
  Upload, User, UserCheck, UserPlus, Users, Utensils, Video, Wallet, Warehouse, Wifi, Workflow, Wrench, Zap,
} from "lucide-react";

import type { GlyphProps } from "./Glyph";

const OTHERS: Readonly<Record<string, LucideIcon>> = {
  "arrow-left": ArrowLeft, "arrow-right": ArrowRight, bell: Bell, book: BookOpen, box: Box, building: Building,
  calendar: Calendar, chart: ChartBar, circle: Circle, clock: Clock, "credit-card": CreditCard, download: Download,
  edit: Pencil, eye: Eye, folder: Folder, heart: Heart, home: Home, info: Info, link: Link, list: List, lock: Lock,
  mail: Mail, "map-pin": MapPin, menu: Menu, message: MessageSquare, more: MoreHorizontal, package: Package,
  pencil: Pencil, phone: Phone, settings: Settings, cart: ShoppingCart, star: Star, activity: Activity,
  bookmark: Bookmark, "book-open": BookOpen, briefcase: Briefcase, camera: Camera, "chart-column": ChartBar,
  "chevron-up": ChevronUp, "circle-check": CircleCheck, "circle-x": CircleX, copy: Copy, database: Database,
  "dollar-sign": DollarSign, euro: Euro, "file-text": FileText, flag: Flag, gift: Gift, globe: Globe, key: Key,
  layers: Layers, "log-out": LogOut, "message-square": MessageSquare, paperclip: Paperclip, percent: Percent,
  receipt: Receipt, "refresh-cw": RefreshCw, save: Save, send: Send, "shopping-cart": ShoppingCart, zap: Zap,
  tag: Tag, truck: Truck, upload: Upload, user: User, users: Users,
  archive: Archive, award: Award, "badge-check": BadgeCheck, ban: Ban, banknote: Banknote, barcode: Barcode,
  bot: Bot, bug: Bug, "building-2": Building2, bus: Bus, calculator: Calculator, "calendar-check": CalendarCheck,
  "calendar-days": CalendarDays, car: Car, "chart-line": ChartLine, "chart-pie": ChartPie, "check-check": CheckCheck,
  "circle-alert": CircleAlert, "circle-help": CircleHelp, "circle-plus": CirclePlus, clipboard: Clipboard,
  "clipboard-check": ClipboardCheck, "clipboard-list": ClipboardList, cloud: Cloud, coins: Coins, compass: Compass,
  contact: Contact, construction: Construction, factory: Factory, "file-check": FileCheck, "file-plus": FilePlus,
  files: Files, fingerprint: Fingerprint, "folder-open": FolderOpen, "graduation-cap": GraduationCap, hammer: Hammer,
  handshake: Handshake, hash: Hash, headphones: Headphones, history: History, hospital: Hospital,
  hourglass: Hourglass, house: House, inbox: Inbox, landmark: Landmark, languages: Languages, laptop: Laptop,
  "layout-dashboard": LayoutDashboard, leaf: Leaf, lightbulb: Lightbulb, "list-checks": ListChecks, locate: Locate,
  megaphone: Megaphone, "message-circle": MessageCircle, monitor: Monitor, moon: Moon, newspaper: Newspaper,
  "package-check": PackageCheck, "package-open": PackageOpen, palette: Palette, "phone-call": PhoneCall,
  "piggy-bank": PiggyBank, pill: Pill, plane: Plane, play: Play, power: Power, printer: Printer, puzzle: Puzzle,
  "qr-code": QrCode, reply: Reply, rocket: Rocket, "rotate-ccw": RotateCcw, scale: Scale, scan: Scan, school: School,
  scissors: Scissors, server: Server, "share-2": Share2, shield: Shield, "shield-alert": ShieldAlert,
  "shield-check": ShieldCheck, "shopping-bag": ShoppingBag, smartphone: Smartphone, sprout: Sprout,
  stethoscope: Stethoscope, store: Store, sun: Sun, target: Target, thermometer: Thermometer,
  "thumbs-down": ThumbsDown, "thumbs-up": ThumbsUp, ticket: Ticket, timer: Timer, "triangle-alert": TriangleAlert,
  trophy: Trophy, umbrella: Umbrella, "undo-2": Undo2, "user-check": UserCheck, "user-plus": UserPlus,
  utensils: Utensils, video: Video, wallet: Wallet, warehouse: Warehouse, wifi: Wifi, workflow: Workflow,
  wrench: Wrench,
};

export function OtherGlyph({ name, size, label }: Required<GlyphProps>) {
  const Icon = Object.hasOwn(OTHERS, name) ? (OTHERS[name] ?? Circle) : Circle;
  if (label === "") return <Icon size={size} aria-hidden />;
  return <Icon size={size} role="img" aria-label={label} />;
}
