/**
 * Icons by name, drawn by `lucide-react`.
 *
 * A fixed set is bundled, since names come from the model and the whole collection is large; any
 * other name is drawn as a neutral shape.
 */
import {
  Activity, AlertTriangle, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ArrowUpDown, Bell, Bookmark, BookOpen, Box,
  Briefcase, Building, Calendar, Camera, ChartBar, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, Circle,
  CircleCheck, CircleX, Clock, Copy, CreditCard, Database, DollarSign, Download, Euro, ExternalLink, Eye, File, FileText,
  Filter, Flag, Folder, Gift, Globe, Heart, Home, Image, Info, Key, Layers, Link, List, Lock, LogOut, type LucideIcon,
  Mail, MapPin, Menu, MessageSquare, Minus, MoreHorizontal, Package, Paperclip, Pencil, Percent, Phone, Plus, Receipt,
  RefreshCw, Save, Search, Send, Settings, ShoppingCart, Star, Table, Tag, Trash, TrendingDown, TrendingUp, Truck,
  Upload, User, Users, X, Zap,
} from "lucide-react";

const GLYPHS: Readonly<Record<string, LucideIcon>> = {
  "alert-triangle": AlertTriangle, "arrow-down": ArrowDown, "arrow-left": ArrowLeft, "arrow-right": ArrowRight,
  "arrow-up": ArrowUp, bell: Bell, book: BookOpen, box: Box, building: Building, calendar: Calendar, chart: ChartBar,
  check: Check, "chevron-down": ChevronDown, "chevron-right": ChevronRight, circle: Circle, clock: Clock,
  "credit-card": CreditCard, download: Download, edit: Pencil, "external-link": ExternalLink, eye: Eye, file: File,
  filter: Filter, folder: Folder, heart: Heart, home: Home, image: Image, info: Info, link: Link, list: List, lock: Lock,
  mail: Mail, "map-pin": MapPin, menu: Menu, message: MessageSquare, minus: Minus, more: MoreHorizontal, package: Package,
  pencil: Pencil, phone: Phone, plus: Plus, search: Search, settings: Settings, cart: ShoppingCart, star: Star,
  activity: Activity, "arrow-up-down": ArrowUpDown, bookmark: Bookmark, "book-open": BookOpen, briefcase: Briefcase,
  camera: Camera, "chart-column": ChartBar, "chevron-left": ChevronLeft, "chevron-up": ChevronUp,
  "circle-check": CircleCheck, "circle-x": CircleX, copy: Copy, database: Database, "dollar-sign": DollarSign, euro: Euro,
  "file-text": FileText, flag: Flag, gift: Gift, globe: Globe, key: Key, layers: Layers, "log-out": LogOut,
  "message-square": MessageSquare, paperclip: Paperclip, percent: Percent, receipt: Receipt, "refresh-cw": RefreshCw,
  save: Save, send: Send, "shopping-cart": ShoppingCart, "trending-down": TrendingDown, "trending-up": TrendingUp,
  zap: Zap, table: Table, tag: Tag, trash: Trash, truck: Truck, upload: Upload, user: User, users: Users, x: X,
};

export const GLYPH_NAMES: readonly string[] = Object.keys(GLYPHS);

export function Glyph({ name, size = 16, label = "" }: { readonly name: string; readonly size?: number; readonly label?: string }) {
  const Icon = Object.hasOwn(GLYPHS, name) ? (GLYPHS[name] ?? Circle) : Circle;
  const bounded = Math.min(Math.max(size, 8), 256);
  if (label === "") return <Icon size={bounded} aria-hidden />;
  return <Icon size={bounded} role="img" aria-label={label} />;
}
